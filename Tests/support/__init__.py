"""What the suites share: certificates, origins, a raw client, the daemon, and checks made on all of them."""
