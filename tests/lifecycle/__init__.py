"""The life-cycle table in the documents, as the code decides: `make life` writes it anew."""
