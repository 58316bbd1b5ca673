"""What a jurisdiction and a KYC tier allow: dated packs, as data, of the release or published since."""
