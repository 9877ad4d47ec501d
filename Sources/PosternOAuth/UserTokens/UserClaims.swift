internal import PosternCore

/// Judges what a verified token says.
///
/// RFC 7519 section 4.1.
struct UserClaims {
    /// How far the identity provider's clock may be off, in seconds.
    private static let leeway: Int64 = 60
    private static let maxGroups = 500
    private static let maxTextBytes = 256

    let settings: UserTokenSettings

    /// The user of whom the claims are, at a time in seconds since 1970.
    func user(_ payload: [UInt8], now: Int64) throws(UserTokenError) -> VerifiedUser {
        guard let document = try? JSONDocument(payload), document.root.kind == .object, !document.root.hasDuplicates
        else { throw .invalid(reason: "its claims are not a JSON object") }
        let claims = document.root
        guard claims["iss"]?.text(atMost: 2048) == settings.issuer else {
            throw .invalid(reason: "its issuer is another")
        }
        guard isForUs(claims["aud"]) else { throw .invalid(reason: "it is for another audience") }
        try checkTimes(claims, now: now)
        guard let subject = claims[settings.subjectClaim].flatMap(plain) else {
            throw .invalid(reason: "it does not say who the user is")
        }
        let isUnverified = claims["email_verified"]?.boolean == false
        return VerifiedUser(
            subject: subject,
            issuer: settings.issuer,
            displayName: (claims["name"] ?? claims["preferred_username"]).flatMap(plain),
            email: isUnverified ? nil : claims["email"].flatMap(plain),
            groups: try groups(claims),
            issuedAt: claims["iat"]?.wholeNumber
        )
    }

    private func isForUs(_ audience: JSONValue?) -> Bool {
        guard let audience else { return false }
        if audience.kind == .string { return audience.text(atMost: 512) == settings.audience }
        return audience.elements.contains { $0.text(atMost: 512) == settings.audience }
    }

    private func checkTimes(_ claims: JSONValue, now: Int64) throws(UserTokenError) {
        guard let end = claims["exp"]?.wholeNumber else { throw .invalid(reason: "it does not say when it ends") }
        guard now < end + UserClaims.leeway else { throw .invalid(reason: "it has expired") }
        for name in ["nbf", "iat"] {
            guard let claim = claims[name] else { continue }
            guard let start = claim.wholeNumber else { throw .invalid(reason: "its times are no numbers") }
            guard start <= now + UserClaims.leeway else { throw .invalid(reason: "it is not valid yet") }
        }
    }

    /// The groups of the user; `nil` if no claim is for them.
    private func groups(_ claims: JSONValue) throws(UserTokenError) -> [String]? {
        guard let name = settings.groupsClaim else { return nil }
        // Identity providers leave the claim out for who is in no group any more.
        guard let claim = claims[name], claim.kind != .null else { return [] }
        let values = claim.kind == .array ? Array(claim.elements) : [claim]
        let groups = values.compactMap(plain)
        guard groups.count == values.count, groups.count <= UserClaims.maxGroups else {
            throw .invalid(reason: "its groups are no list of names")
        }
        return groups
    }

    /// A short text of one line.
    private func plain(_ value: JSONValue) -> String? {
        guard let text = value.text(atMost: UserClaims.maxTextBytes), !text.isEmpty,
            text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && !(0x7f...0x9f).contains($0.value) })
        else { return nil }
        return text
    }
}
