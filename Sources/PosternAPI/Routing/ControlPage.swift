internal import PosternControl
internal import PosternCore

/// Which part of a list is asked for, by `limit` and `offset`.
struct ControlPage {
    static let parameters = ["limit", "offset"]
    private static let defaultLimit = 1000
    private static let maxLimit = 10_000
    let page: Page

    init(_ query: [String: String]) throws(ControlRefusal) {
        let limit = try ControlPage.number("limit", query, in: 1...ControlPage.maxLimit)
        let offset = try ControlPage.number("offset", query, in: 0...Int(Int32.max))
        page = Page(limit: limit ?? ControlPage.defaultLimit, offset: offset ?? 0)
    }

    private static func number(
        _ name: String,
        _ query: [String: String],
        in range: ClosedRange<Int>
    ) throws(ControlRefusal) -> Int? {
        guard let text = query[name] else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw .invalid("\(name) is not a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// The answer for a part that the store has cut out.
    func answer<Item>(_ items: [Item], total: Int) -> ListAnswer<Item> {
        ListAnswer(items: items, total: total, limit: page.limit, offset: page.offset)
    }

    /// Cuts the part out of a whole list.
    func answer<Element, Item>(cutting all: [Element], _ map: (Element) -> Item) -> ListAnswer<Item> {
        answer(all.dropFirst(page.offset).prefix(page.limit).map(map), total: all.count)
    }
}
