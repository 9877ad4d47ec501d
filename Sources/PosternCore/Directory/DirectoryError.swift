/// Declarations that cannot be compiled into a directory.
package enum DirectoryError: Error, Equatable, Sendable, CustomStringConvertible {
    case unknown(kind: String, name: String, referredToBy: String)
    case duplicate(kind: String, name: String)
    case missingVariable(String, credential: String)
    case unusableCredential(String)

    package var description: String {
        switch self {
        case .unknown(let kind, let name, let user): "\(user) names the \(kind) \(name), which does not exist"
        case .duplicate(let kind, let name): "there are two \(kind)s called \(name)"
        case .missingVariable(let name, let credential): "secret \(credential) has no value for {\(name)}"
        case .unusableCredential(let reason): "a credential cannot be used: \(reason)"
        }
    }
}
