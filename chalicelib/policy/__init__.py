"""What a jurisdiction and a KYC tier allow: dated packs, as data. Nothing here calls AWS."""
