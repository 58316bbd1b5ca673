"""What a merchant says of its business when it joins."""

BUSINESS = {
    "legal_name": "Tea House Trading Ltd",
    "registration_number": "91310000MA1FL00",
    "country": "CN",
    "representative_name": "Zhang Wei",
}
