import PosternCertificates
import PosternTestSupport
import Testing

@Suite("Table of what was used lately")
struct RecentlyUsedTests {
    @Test("it holds what a plain list of uses would", arguments: [1, 2, 3, 7])
    func model(capacity: Int) {
        var random = SplitMix64(seed: UInt64(capacity))
        var table = RecentlyUsed<Int, Int>(capacity: capacity)
        var model: [(key: Int, value: Int)] = []
        for step in 0..<5000 {
            let key = Int.random(in: 0..<10, using: &random)
            let place = model.firstIndex { $0.key == key }
            if Bool.random(using: &random) {
                #expect(table.value(for: key) == place.map { model[$0].value })
                if let place { model.append(model.remove(at: place)) }
            } else {
                table.insert(step, for: key)
                if let place { model.remove(at: place) }
                model.append((key, step))
                if model.count > capacity { model.removeFirst() }
            }
            #expect(table.count == model.count)
        }
    }

    @Test("it holds one entry at least")
    func least() {
        var table = RecentlyUsed<Int, Int>(capacity: 0)
        table.insert(1, for: 1)
        #expect(table.value(for: 1) == 1)
    }
}
