internal import CLinux
internal import Glibc
internal import Logging
internal import PosternCore

/// Writes log lines to standard error: with a time for people, with a priority for the journal.
///
/// One event is one line: control characters are escaped whatever a message holds.
struct StderrLogHandler: LogHandler {
    var logLevel = Logger.Level.info
    var metadata: Logger.Metadata = [:]
    let isJournal: Bool

    init(isJournal: Bool) { self.isJournal = isJournal }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var line =
            isJournal ? "<\(StderrLogHandler.priority(event.level))>" : "\(StderrLogHandler.time) \(event.level) "
        line += event.message.description
        let all = metadata.merging(event.metadata ?? [:]) { _, new in new }
        for (key, value) in all.sorted(by: { $0.key < $1.key }) {
            line += " \(key)=\(StderrLogHandler.quoted("\(value)"))"
        }
        StderrLogHandler.write(line + "\n")
    }

    /// Writes in one piece, so that lines of several threads do not mix.
    ///
    /// A reader that does not read costs a line, not a thread: nothing may wait for the log.
    static func write(_ text: String) {
        var wait = pollfd(fd: 2, events: Int16(POLLOUT), revents: 0)
        guard poll(&wait, 1, 50) == 1 else { return }
        var text = text
        text.withUTF8 { _ = Glibc.write(2, $0.baseAddress, $0.count) }
    }

    private static func quoted(_ value: String) -> String {
        let isPlain = !value.isEmpty && value.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "\"") }
        if isPlain { return value }
        var text = "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case _ where scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value):
                text += "\\u{" + String(scalar.value, radix: 16) + "}"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text + "\""
    }

    /// RFC 3339, in milliseconds, UTC.
    private static var time: String {
        var buffer = [CChar](repeating: 0, count: 32)
        postern_format_time(postern_realtime_ns(), &buffer, buffer.count)
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// sd-daemon(3).
    private static func priority(_ level: Logger.Level) -> Int {
        switch level {
        case .trace, .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        case .critical: 2
        }
    }
}
