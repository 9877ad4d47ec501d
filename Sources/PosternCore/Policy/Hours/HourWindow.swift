/// A part of the week in which a rule holds, such as `Mon-Fri 08:00-18:00 Europe/Berlin`.
package struct HourWindow: Hashable, Sendable {
    /// The window as written.
    package let text: String

    /// Whether a moment, in seconds since 1970, is in it.
    package func contains(_ nowSeconds: Int64) -> Bool { false }
}
