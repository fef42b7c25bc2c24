"""The ground floor: what the data is (records, C source, seeds, shards, recipes)."""
