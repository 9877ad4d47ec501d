import CNGHTTP2
import PosternHTTP2
import PosternTestSupport
import Testing

@Suite("Compression of heads")
struct CompressionTests {
    @Test("fields that could hold a credential never enter the table") func neverIndexed() throws {
        let peer = try #require(RawPeer(.client))
        let head =
            "GET /x?key=s3cr3t HTTP/1.1\r\nHost: good.test\r\nAuthorization: Bearer s3cr3t\r\nCookie: s3cr3t\r\n"
            + "X-Anything: s3cr3t\r\nContent-Length: 0\r\nAccept: */*\r\n\r\n"
        _ = latin1(head).withUnsafeBytes { peer.session.submitRequest($0, hasBody: false) }
        peer.send([])
        let block = try #require(peer.sent.first { $0.type == 1 }?.payload)
        let indexed = try fields(block).filter { !$0.isNeverIndexed }.map(\.name)
        #expect(indexed == [":method", ":scheme", ":authority", "accept"])
    }

    private func fields(_ block: [UInt8]) throws -> [(name: String, isNeverIndexed: Bool)] {
        var inflater: OpaquePointer?
        #expect(nghttp2_hd_inflate_new(&inflater) == 0)
        defer { nghttp2_hd_inflate_del(inflater) }
        var names: [(String, Bool)] = []
        var start = 0
        while start < block.count {
            var field = nghttp2_nv()
            var flags: Int32 = 0
            let taken = block[start...].withUnsafeBufferPointer {
                nghttp2_hd_inflate_hd2(inflater, &field, &flags, $0.baseAddress, $0.count, 1)
            }
            try #require(taken >= 0)
            start += taken
            guard UInt32(flags) & NGHTTP2_HD_INFLATE_EMIT.rawValue != 0 else { continue }
            let name = latin1Text(UnsafeBufferPointer(start: field.name, count: field.namelen))
            names.append((name, UInt32(field.flags) & NGHTTP2_NV_FLAG_NO_INDEX.rawValue != 0))
        }
        return names
    }
}
