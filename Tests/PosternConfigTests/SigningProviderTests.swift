import PosternConfig
import PosternCore
import Testing

@Suite("Providers that sign")
struct SigningProviderTests {
    private static let values = """

        values = { secret_access_key = "env:SECRET" }
        inputs = { access_key_id = "AKIDEXAMPLE" }
        """

    private func aws(_ secret: String) -> String {
        let named = "[[secret]]\nname = \"a\"\nprovider = \"aws\"\(secret)"
        return provider("aws", "hosts = [\"sts.us-east-1.amazonaws.com\"]\n\(named)")
    }

    @Test("service and region may be said, named by a variable, or left to the host")
    func forms() throws {
        let forms: [(String, InjectionTemplate)] = [
            ("{}", .awsSignature(service: nil, region: nil)),
            ("{ service = \"s3\" }", .awsSignature(service: Template("s3"), region: nil)),
            (
                "{ service = \"s3\", region = \"{zone}\" }",
                .awsSignature(service: Template("s3"), region: Template("{zone}"))
            ),
        ]
        for (text, template) in forms {
            let read = try ConfigText.load(own("inject = [{ aws_signature = \(text) }]"))
            #expect(read.contents.providers.first?.injection == [template])
        }
        let known = try ConfigText.load(aws(Self.values)).contents
        #expect(known.providers.first?.injection == [.awsSignature(service: nil, region: nil)])
        #expect(known.credentials.first?.inputs == ["access_key_id": "AKIDEXAMPLE"])
    }

    @Test("what is no form of it is refused")
    func refused() {
        for text in [
            "\"s3\"", "{ service = \"\" }", "{ servce = \"s3\" }", "{ region = 1 }", "{ region = \"{a\" }",
            "{ service = \"{secret_access_key}\", region = \"a\" }", "{ region = \"x{session_token}\" }",
        ] {
            #expect(ConfigText.complaint(own("inject = [{ aws_signature = \(text) }]")) != "", "\(text)")
        }
        for name in ["authorization", "x-amz-date", "x-amz-content-sha256", "x-amz-security-token"] {
            let twice = "inject = [{ aws_signature = {} }, { header = \"\(name)\", value = \"{secret}\" }]"
            #expect(ConfigText.complaint(own(twice)).contains("writes the header `\(name)` twice"))
        }
    }

    @Test("the key is a secret, its id may be one, and a session token may be there")
    func secrets() {
        let all = "secret_access_key = \"env:SECRET\", access_key_id = \"env:SECRET\", session_token = \"env:SECRET\""
        #expect(ConfigText.complaint(aws(Self.values)) == "")
        #expect(ConfigText.complaint(aws("\nvalues = { \(all) }")) == "")
        let missing = ConfigText.complaint(aws("\nvalues = { secret_access_key = \"env:SECRET\" }"))
        #expect(missing.contains("does not supply `access_key_id`"))
        let open = """

            values = { access_key_id = "env:SECRET" }
            inputs = { secret_access_key = "0123456789abcdef" }
            """
        #expect(ConfigText.complaint(aws(open)).contains("which is a secret"))
        #expect(ConfigText.complaint(aws(Self.values + "\n")) == "")
    }
}
