import PosternAdmin
import PosternCore
import Testing

/// What is kept, as `asker: kilobytes`, oldest first; whose the new one is and how much; which have to go.
private let rows: [(kept: [(String, Int)], new: (String, Int), gone: [Int])] = [
    ([], ("a", 8), []), ([], ("a", 999), []),
    ([("a", 24), ("a", 24)], ("a", 16), []), ([("a", 24), ("a", 24)], ("a", 17), [0]),
    ([("a", 24), ("b", 24), ("a", 24)], ("a", 41), [0, 2]),
    // Its own first, even where others keep more.
    ([("b", 64), ("c", 64), ("d", 64), ("a", 32), ("a", 32)], ("a", 8), [3]),
    ([("b", 64), ("c", 64), ("d", 64), ("e", 60), ("a", 4)], ("a", 4), [4]),
    ([("b", 64), ("c", 64), ("d", 64), ("e", 60), ("a", 4)], ("a", 8), [4, 0]),
    // It has none: whoever keeps the most, and of those who keep as much the one with the oldest.
    ([("b", 32), ("c", 64), ("d", 64), ("e", 64), ("b", 32)], ("a", 8), [0]),
    ([("b", 30), ("c", 32), ("d", 64), ("e", 64), ("c", 32), ("b", 30)], ("a", 16), [1]),
    ([("b", 4), ("c", 60), ("d", 64), ("e", 64), ("b", 60)], ("a", 12), [0, 2]),
    // However short it is, it takes a page.
    ([("a", 0), ("a", 0)], ("a", 57), [0]), ([("a", 57), ("a", 1)], ("a", 0), [0]),
]

@Suite("AnswerRoom")
struct AnswerRoomTests {
    @Test("who needs room loses its own answers first, and nobody else any before", arguments: rows.indices)
    func surplus(row: Int) {
        var room = AnswerRoom()
        room.maxBytes = 256 << 10
        room.maxBytesOfOne = 64 << 10
        let (kept, new, gone) = rows[row]
        let answers = kept.enumerated().map { index, answer in
            KeptAnswer(approval: "\(index)", asker: .agent(answer.0), bytes: answer.1 << 10)
        }
        let found = room.surplus(of: answers, for: .agent(new.0), bytes: new.1 << 10)
        #expect(found == gone.map { "\($0)" })
    }

    @Test("the answers that make room are forgotten, and nothing else of their approvals")
    func forgotten() async throws {
        var room = AnswerRoom()
        room.maxBytes = 24 << 10
        room.maxBytesOfOne = 10 << 10
        let made = try await ApprovalOffice.started(room: room)
        let other = try await executed("other", 0, made)
        var own: [String] = []
        for number in 0..<4 { own.append(try await executed("bot", number, made)) }
        for (id, isKept) in zip(own, [false, false, true, true]) {
            let status = try await made.board.status(id, of: .agent("bot"))
            #expect(status?.status == .executed)
            #expect(status?.hasResult == isKept)
            #expect(try await result(id, of: "bot", made) == (isKept ? "answered" : "forgotten"))
            #expect(try await made.board.result(id, of: .agent("other")) == nil)
        }
        #expect(try await result(other, of: "other", made) == "answered")
        #expect(
            made.office.sink.lines.contains {
                has($0, ["event.action": "approval_finish", "postern.approval": own[3]])
                    && $0.contains("answered 200, older answers forgotten: 1")
            }
        )
    }

    private func executed(_ agent: String, _ number: Int, _ made: ApprovalOffice) async throws -> String {
        let pending = try await made.ask(.sample(asker: .agent(agent), body: "\(number)"))
        _ = try await made.board.approve(pending.id, by: ApprovalOffice.operatorAtSocket)
        _ = try await made.final(pending.id, of: .agent(agent))
        return pending.id
    }

    private func result(_ id: String, of agent: String, _ made: ApprovalOffice) async throws -> String {
        switch try await made.board.result(id, of: .agent(agent)) {
        case .answered(let answer)?: answer.body == [1, 2, 3] ? "answered" : "another answer"
        case .forgotten?: "forgotten"
        case .open?, .sent?, .denied?, .expired?, .failed?, nil: "neither"
        }
    }
}
