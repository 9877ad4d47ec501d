internal import PosternCore

/// Reads a time zone: its name, or an offset such as `+02:00`.
enum ZoneText {
    static func zone(_ text: Substring) throws(Refusal) -> HourWindow.Zone {
        if text == "UTC" || text == "Z" { return .offset(0) }
        if let sign = text.first, sign == "+" || sign == "-" {
            guard let seconds = HourText.timeOfDay(text.dropFirst()), seconds <= 18 * 3600 else {
                throw Refusal("\(Excerpt.of(String(text))) is not an offset", hint: "write `+02:00`")
            }
            return .offset(sign == "-" ? -seconds : seconds)
        }
        return .table(try ZoneFiles.shared.table(String(text)))
    }
}
