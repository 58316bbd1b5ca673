"""One adapter per payment processor, all behind one interface (`model.Adapter`)."""
