/// Where Postern's files are when nothing else is said: the system's directories, or the user's (XDG Base Directory
/// Specification, by which a relative path in a variable is ignored).
struct Directories {
    let userMode: Bool
    let environment: [String: String]

    /// The configuration file.
    var configurationFile: String {
        guard userMode else { return "/etc/postern/proxy.conf" }
        return "\(userDirectory("XDG_CONFIG_HOME", below: ".config"))/postern/proxy.conf"
    }

    /// Where state is kept: what the service manager says, else the usual place.
    var state: String {
        // Several directories are separated by colons; ours is the first. systemd.exec(5).
        if let assigned = environment["STATE_DIRECTORY"]?.split(separator: ":").first, assigned.hasPrefix("/") {
            return String(assigned)
        }
        guard userMode else { return "/var/lib/postern" }
        return "\(userDirectory("XDG_STATE_HOME", below: ".local/state"))/postern"
    }

    private func userDirectory(_ variable: String, below: String) -> String {
        if let directory = environment[variable], directory.hasPrefix("/") { return directory }
        let home = environment["HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? UserDatabase.homeDirectory() ?? "/"
        return "\(home)/\(below)"
    }
}
