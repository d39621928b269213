"""Identity documents: the machine readable zone of passports, identity cards and visas."""
