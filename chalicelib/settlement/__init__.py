"""What merchants are owed, settled once each, in batches; what customers take out; both held against statements."""
