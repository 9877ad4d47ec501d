/// Whether a rule about what a message holds is kept, as far as that can be seen.
///
/// Only ``holds`` lets a request pass.
package enum Verdict: Hashable, Sendable {
    case holds
    /// It was seen not to hold; the reason names the rule and nothing of the body.
    case fails(String)
    /// It could not be seen: absent, broken, or readable in more than one way.
    case unknown(String)

    /// The reason of anything but ``holds``.
    package var refusal: String? {
        switch self {
        case .holds: nil
        case .fails(let reason), .unknown(let reason): reason
        }
    }
}
