internal import TOMLKit

/// The text of a configuration file as a tree of values that know their lines.
enum ConfigDocument {
    /// Parses TOML.
    ///
    /// - Throws: ``ConfigError`` with the parser's own line when the text is not TOML.
    static func parse(_ bytes: [UInt8], file: String) throws(ConfigError) -> ConfigTable {
        let text = try checkedText(bytes, file: file)
        let root: TOMLTable
        do {
            root = try TOMLTable(string: text)
        } catch let error as TOMLParseError {
            throw ConfigError(file: file, line: error.source.begin.line, reason: reason(of: error))
        } catch {
            throw ConfigError(file: file, reason: "not TOML")
        }
        let reader = TreeReader(map: SourceScanner.map(bytes))
        return reader.table(root, at: [])
    }

    /// The bytes as text, refused where the parser, which reads C strings, would see less than is there.
    private static func checkedText(_ bytes: [UInt8], file: String) throws(ConfigError) -> String {
        func line(at offset: Int) -> Int { 1 + bytes[..<offset].count { $0 == UInt8(ascii: "\n") } }
        if let offset = bytes.firstIndex(of: 0) {
            throw ConfigError(file: file, line: line(at: offset), reason: "a NUL byte")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ConfigError(file: file, reason: "not UTF-8 text")
        }
        for escape in ["\\u0000", "\\U00000000"] {
            if let range = text.firstRange(of: escape) {
                let offset = text.utf8.distance(from: text.startIndex, to: range.lowerBound)
                throw ConfigError(file: file, line: line(at: offset), reason: "an escaped NUL character")
            }
        }
        return text
    }

    /// The parser's message without what it saw: that text may be a secret written without its quotes.
    private static func reason(of error: TOMLParseError) -> String {
        let message = error.description.split(separator: ", saw ").first ?? "syntax error"
        let subject = message.replacing("Error while parsing ", with: "")
        return "not TOML: \(subject) (column \(error.source.begin.column))"
    }
}

/// Copies TOMLKit's values, which point into memory that C++ owns, into ours.
private struct TreeReader {
    let map: SourceMap

    func table(_ table: TOMLTable, at path: [SourceMap.Step]) -> ConfigTable {
        var entries: [String: ConfigNode] = [:]
        for (key, value) in table {
            entries[key] = node(value.tomlValue, at: path + [.key(key)])
        }
        return ConfigTable(entries: entries, line: map.line(of: path))
    }

    private func node(_ value: TOMLValue, at path: [SourceMap.Step]) -> ConfigNode {
        ConfigNode(value: read(value, at: path), line: map.line(of: path))
    }

    private func read(_ value: TOMLValue, at path: [SourceMap.Step]) -> ConfigNode.Value {
        switch value.type {
        case .string: value.string.map { .string($0) } ?? .other("a string")
        case .int: value.int.map { .integer($0) } ?? .other("an integer")
        case .bool: value.bool.map { .boolean($0) } ?? .other("a boolean")
        case .table: value.table.map { .table(table($0, at: path)) } ?? .other("a table")
        case .array:
            .array((value.array.map(Array.init) ?? []).enumerated().map { index, element in
                node(element.tomlValue, at: path + [.index(index)])
            })
        case .dateTime:
            value.dateTime.flatMap(UnixTime.seconds).map { .instant($0) } ?? .other("a date-time without an offset")
        case .double: .other("a floating-point number")
        case .date: .other("a date without a time")
        case .time: .other("a time without a date")
        }
    }
}

/// Calendar arithmetic without a time zone database, which a locked-down service may not have.
private enum UnixTime {
    /// Seconds since 1970 of an offset date-time; `nil` of a local one, whose meaning would depend on the machine.
    static func seconds(of moment: TOMLDateTime) -> Int64? {
        guard let offset = moment.offset else { return nil }
        let days = daysSince1970(year: moment.date.year, month: moment.date.month, day: moment.date.day)
        let minutes = moment.time.hour * 60 + moment.time.minute - offset.offset
        return Int64(days * 86_400 + minutes * 60 + moment.time.second)
    }

    /// Days of the proleptic Gregorian calendar, counted in years that begin in March so that a leap day is the last.
    private static func daysSince1970(year: Int, month: Int, day: Int) -> Int {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = shiftedYear / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}
