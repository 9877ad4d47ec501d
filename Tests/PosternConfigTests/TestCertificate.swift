/// A self-signed certificate whose key nobody has.
enum TestCertificate {
    static let pem = """
        -----BEGIN CERTIFICATE-----
        MIIBczCCARmgAwIBAgIUe/HfsT41lTH6ailAPxM5xzwX2G0wCgYIKoZIzj0EAwIw
        DzENMAsGA1UEAwwEdGVzdDAeFw0yNjExMjEwMjQ0MDRaFw0zNjExMTgwMjQ0MDRa
        MA8xDTALBgNVBAMMBHRlc3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAASGSXxg
        z6+0I1jSxyOKQaSfZEdV4uDydb02Li80hwdmPYHDYFR96/XADRoayaAt3pYPW90C
        s0MS9kLw6SwOWNP5o1MwUTAdBgNVHQ4EFgQUVPvsD+mdmUWzA75hOm3xNnLHD6cw
        HwYDVR0jBBgwFoAUVPvsD+mdmUWzA75hOm3xNnLHD6cwDwYDVR0TAQH/BAUwAwEB
        /zAKBggqhkjOPQQDAgNIADBFAiAMqifXn9iqiRhscwYKpyJ6RtSyhm9tdGAWIHSW
        ShoPJAIhAKhD+Sf2uG6CSZXFCDAwgFV/6SHN/c8lgW2PXCzV+lk8
        -----END CERTIFICATE-----
        """
}
