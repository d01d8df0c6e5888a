"""What takes minutes or hours and is run on purpose: `make soak`, `make fuzz`."""
