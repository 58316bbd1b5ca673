"""What merchants are owed: lines of captures and refunds, settled once each, in batches."""
