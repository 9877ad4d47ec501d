"""What the black-box suites share: certificates, origins, a raw client, the daemon, and the checks made on all of them."""
