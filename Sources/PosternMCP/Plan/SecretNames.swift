/// What names say about the values that they stand before.
enum SecretNames {
    private static let words: Set<String> = [
        "TOKEN", "KEY", "APIKEY", "SECRET", "PASSWORD", "PASSWD", "PASS", "PAT", "AUTH", "AUTHORIZATION", "BEARER",
        "COOKIE",
        "CREDENTIAL", "CREDENTIALS", "JWT",
    ]
    private static let harmlessEndings: Set<String> = [
        "ID", "URL", "URI", "PATH", "FILE", "DIR", "NAME", "HOST", "PORT", "TYPE", "MODE", "SCOPE", "SCOPES", "EMAIL",
        "USERNAME",
        "REGION", "TIMEOUT", "LIMIT", "ENDPOINT",
    ]

    /// Whether a variable, flag, header or parameter of this name commonly holds a secret.
    static func areSecret(_ name: String) -> Bool {
        let parts = variable(name).split(separator: "_").map(String.init)
        guard let last = parts.last, !harmlessEndings.contains(last) else { return false }
        return parts.contains { words.contains($0) } || last.hasSuffix("TOKEN") || last.hasSuffix("APIKEY")
            || last.hasSuffix("SECRET") || last.hasSuffix("PASSWORD")
    }

    /// Whether it is a password: those need not look random.
    static func isPassword(_ name: String) -> Bool {
        let last = variable(name).split(separator: "_").last ?? ""
        return last.hasSuffix("PASSWORD") || last == "PASS" || last == "PASSWD"
    }

    /// `STRIPE_API_KEY` of `--stripe-api-key`, `X_API_KEY` of `X-Api-Key`, `API_KEY` of `apiKey`.
    static func variable(_ name: String) -> String {
        var result = ""
        var wasLower = false
        for character in name.drop(while: { $0 == "-" }) {
            guard character.isASCII, character.isLetter || character.isNumber else {
                if result.last != "_" { result.append("_") }
                wasLower = false
                continue
            }
            if character.isUppercase, wasLower { result.append("_") }
            wasLower = character.isLowercase
            result += character.uppercased()
        }
        return result
    }
}
