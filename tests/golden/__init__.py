"""Every message as it is sent, in files that a review reads: `make golden` writes them anew."""
