import PosternCertificates
import Testing

@Suite("PEM")
struct PEMTests {
    @Test("what was written is read", arguments: [1, 47, 48, 49, 96, 1000])
    func roundTrip(count: Int) {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
        let text = PEM.text(label: "CERTIFICATE", bytes)
        #expect(text.split(separator: "\n", omittingEmptySubsequences: false).allSatisfy { $0.utf8.count <= 64 })
        #expect(text.hasSuffix("-----END CERTIFICATE-----\n"))
        #expect(!text.contains("\n\n"))
        #expect(PEM.blocks(label: "CERTIFICATE", in: Array((text + text).utf8)) == [bytes, bytes])
    }

    @Test(
        "comments, other blocks, any lengths of lines and both ends of lines are read over",
        arguments: [
            "# Äußere Wurzel\n-----BEGIN CERTIFICATE-----\nAQID\n-----END CERTIFICATE-----\n",
            "-----BEGIN CERTIFICATE-----\r\nAQ\r\nID\r\n-----END CERTIFICATE-----\r\n",
            "-----BEGIN CERTIFICATE-----\nAQID\n-----END CERTIFICATE-----",
            "-----BEGIN X509 CRL-----\nBBBB\n-----END X509 CRL-----\n-----BEGIN CERTIFICATE-----\n\nAQID\n-----END CERTIFICATE-----",
        ]
    )
    func lax(text: String) { #expect(PEM.blocks(label: "CERTIFICATE", in: Array(text.utf8)) == [[1, 2, 3]]) }

    @Test(
        "half a block, an empty one and one that is not base64 are refused",
        arguments: [
            "-----BEGIN CERTIFICATE-----\nAQID\n", "-----END CERTIFICATE-----\n",
            "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
            "-----BEGIN CERTIFICATE-----\nAQ!D\n-----END CERTIFICATE-----\n",
            "-----BEGIN CERTIFICATE-----\nAQID\n-----BEGIN CERTIFICATE-----\nAQID\n-----END CERTIFICATE-----\n",
        ]
    )
    func malformed(text: String) { #expect(PEM.blocks(label: "CERTIFICATE", in: Array(text.utf8)) == nil) }

    @Test("text without a block has none")
    func none() { #expect(PEM.blocks(label: "CERTIFICATE", in: Array("nothing\n".utf8)) == []) }
}
