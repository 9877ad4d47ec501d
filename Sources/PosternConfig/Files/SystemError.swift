internal import Glibc

/// Texts of `errno` values.
enum SystemError {
    /// The text, lower case.
    ///
    /// `strerror` keeps its buffer for each thread in every glibc that Postern runs on (2.32).
    static func text(_ error: Int32) -> String { String(cString: strerror(error)).lowercased() }
}
