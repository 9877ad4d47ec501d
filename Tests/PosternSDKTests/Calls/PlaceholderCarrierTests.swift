import PosternCore
import Testing

@testable import PosternSDK

@Suite struct PlaceholderCarrierTests {
    @Test(
        "a placeholder goes where the credential does, or into Authorization",
        arguments: [
            ([("Authorization", "Bearer {secret}")], "Authorization", "Bearer {token}"),
            ([("x-api-key", "{secret}")], "x-api-key", "{token}"),
            ([("X-Key", "{id}:{secret}!")], "X-Key", "{token}:!"),
            ([("x-version", "2"), ("x-api-key", "{secret}")], "x-api-key", "{token}"),
            ([("Cookie", "s={secret}")], "Authorization", "Bearer {token}"),
            ([("x_key", "{secret}")], "Authorization", "Bearer {token}"),
            ([], "Authorization", "Bearer {token}"),
        ] as [([(String, String)], String, String)]
    )
    func chooses(fields: [(String, String)], header: String, format: String) throws {
        let places = try fields.map { InjectionTemplate.header(name: $0.0, value: try #require(Template($0.1))) }
        let secret = try #require(Template("{secret}"))
        for more in [[], [InjectionTemplate.query(name: "key", value: secret), .path(secret)]] {
            let carrier = PlaceholderCarrier(more + places)
            #expect(carrier.header == header)
            #expect(carrier.format == format)
        }
    }

    @Test("where requests are signed, the signature takes its place")
    func signed() {
        let carrier = PlaceholderCarrier([.awsSignature(service: nil, region: nil)])
        #expect(carrier.header == "Authorization")
        #expect(carrier.format == "Bearer {token}")
    }
}
