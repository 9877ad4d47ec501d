internal import Glibc
internal import PosternCore
internal import Synchronization

/// The system's time zone files, each read once.
///
/// A program that is told of new zone data reads it when it starts again.
final class ZoneFiles: Sendable {
    static let shared = ZoneFiles(directory: "/usr/share/zoneinfo")

    private static let maxBytes = 1 << 20

    private let directory: String
    private let known = Mutex<[String: TimeZoneTable]>([:])

    init(directory: String) { self.directory = directory }

    /// The zone of a name.
    func table(_ name: String) throws(Refusal) -> TimeZoneTable {
        if let table = known.withLock({ $0[name] }) { return table }
        let table = try read(name)
        known.withLock { $0[name] = table }
        return table
    }

    private func read(_ name: String) throws(Refusal) -> TimeZoneTable {
        guard access(directory, F_OK) == 0 else {
            throw Refusal(
                "there are no time zones in \(directory)",
                hint: "install tzdata, or write an offset: `+02:00`"
            )
        }
        // Not a path out of the directory, and not `right/…`, whose clocks count leap seconds.
        guard ZoneFiles.isName(name), !name.hasPrefix("right/"), let path = RealPath.of("\(directory)/\(name)") else {
            throw unknown(name)
        }
        let bytes = try CheckedFile(path: path, forbiddenMode: 0o022, maxBytes: ZoneFiles.maxBytes).read()
        guard let table = TimeZoneTable(tzif: bytes) else { throw unknown(name) }
        return table
    }

    private func unknown(_ name: String) -> Refusal {
        Refusal(
            "there is no time zone \(Excerpt.of(name))",
            hint:
                "write a name such as `Europe/Berlin`, as `timedatectl list-timezones` shows them, or an offset: `+02:00`"
        )
    }

    private static func isName(_ name: String) -> Bool {
        name.utf8.count <= 64
            && name.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
                part.first?.isLetter == true
                    && part.utf8.allSatisfy { byte in
                        (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
                            || "_+-".utf8.contains(byte)
                    }
            }
    }
}
