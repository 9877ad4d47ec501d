internal import JWTKit

/// The signatures that are taken.
///
/// RFC 7518 section 3.1, RFC 8037. No `none`, and nothing with a shared secret: whoever has the public key could sign then.
enum SigningAlgorithm: String, CaseIterable {
    case rs256 = "RS256"
    case rs384 = "RS384"
    case rs512 = "RS512"
    case ps256 = "PS256"
    case ps384 = "PS384"
    case ps512 = "PS512"
    case es256 = "ES256"
    case es384 = "ES384"
    case edDSA = "EdDSA"

    /// What a key must be for it.
    enum KeyKind: Equatable {
        case rsa
        case p256
        case p384
        case ed25519
    }

    var keyKind: KeyKind {
        switch self {
        case .rs256, .rs384, .rs512, .ps256, .ps384, .ps512: .rsa
        case .es256: .p256
        case .es384: .p384
        case .edDSA: .ed25519
        }
    }

    /// The name that the library has for it.
    var name: JWK.Algorithm {
        switch self {
        case .rs256: .rs256
        case .rs384: .rs384
        case .rs512: .rs512
        case .ps256: .ps256
        case .ps384: .ps384
        case .ps512: .ps512
        case .es256: .es256
        case .es384: .es384
        case .edDSA: .eddsa
        }
    }
}
