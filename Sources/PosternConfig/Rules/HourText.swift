internal import PosternCore

enum HourText {
    static func window(_ text: String) throws(Refusal) -> HourWindow { throw Refusal("not yet") }
}
