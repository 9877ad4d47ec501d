import Testing

@testable import PosternCore

/// A bound that nobody can pass: what one keeps pushes out its own, and nothing of others.
@Suite("IssuedNotes")
struct IssuedNotesTests {
    private static let maxOfOne = 512
    private static let maxKept = 8192

    private let notes = IssuedNotes()

    @Test("what was said is known for the placeholder that it was said for") func known() {
        keep(1, saying: "one", of: "a")
        keep(2, saying: "two", of: "b")
        #expect(said(1) == "one")
        #expect(said(2) == "two")
        #expect(said(3) == nil)
    }

    @Test("each principal has a share, of which the oldest goes first") func share() {
        keep(0, of: "b")
        for number in 1...Self.maxOfOne { keep(number, of: "a") }
        #expect((0...Self.maxOfOne).allSatisfy { said($0) != nil })
        keep(9_001, of: "a")
        keep(9_002, of: "a")
        #expect(said(1) == nil && said(2) == nil)
        #expect(said(3) != nil && said(9_001) != nil && said(9_002) != nil)
        #expect(said(0) != nil)
    }

    @Test("where all is full, nothing of others makes room") func full() {
        let principals = Self.maxKept / Self.maxOfOne
        for number in 0..<Self.maxKept { keep(number, of: "\(number % principals)") }
        keep(9_001, of: "late")
        #expect(said(9_001) == nil)
        keep(9_002, of: "1")
        #expect(said(9_002) != nil && said(1) == nil)
        #expect((0..<Self.maxKept).count { said($0) != nil } == Self.maxKept - 1)
        keep(9_003, of: "late", now: 100)
        #expect(said(9_003) != nil && said(0) == nil && said(9_002) == nil)
    }

    @Test("what has ended is forgotten, and its room is free") func ended() {
        for number in 0..<Self.maxOfOne { keep(number, of: "a", until: number == 7 ? 200 : 100) }
        keep(1_000, of: "a", until: 200, now: 99)
        #expect(said(0) == nil && said(1) != nil)
        keep(1_001, of: "b", until: 200, now: 100)
        #expect(said(1) == nil && said(7) != nil && said(1_000) != nil)
        // Two of them are left: as many more as the share has push out nothing.
        for number in 2_000..<2_000 + Self.maxOfOne - 2 { keep(number, of: "a", until: 200, now: 100) }
        #expect(said(7) != nil && said(1_000) != nil)
        keep(3_000, of: "a", until: 200, now: 100)
        #expect(said(7) == nil && said(1_000) != nil)
    }

    private func keep(
        _ number: Int,
        saying reason: String = "because",
        of principal: String,
        until endsAt: Int64 = 100,
        now: Int64 = 0
    ) {
        var attribution = CallAttribution()
        attribution.reason = reason
        notes.keep(attribution, for: serial(number), of: .agent(id: principal), until: endsAt, now: now)
    }

    private func said(_ number: Int) -> String? { notes.attribution(of: serial(number))?.reason }

    private func serial(_ number: Int) -> [UInt8] { Array("\(number)".utf8) }
}
