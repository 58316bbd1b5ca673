"""Know your customer: what a tier needs of a person, their documents, who verifies them, and lists they may be on."""
