/// A regular expression as instructions of a machine that follows every way through it at once.
struct PatternProgram: Sendable {
    /// The most instructions; each counted repetition is written out.
    private static let maxInstructions = 2_000

    private enum Instruction: Sendable {
        case one(CharacterClass)
        /// Goes on at both places.
        case split(Int, Int)
        case jump(Int)
        case done
    }

    private var instructions: [Instruction] = []

    init(_ node: PatternNode) throws(PatternFault) {
        try add(node)
        try emit(.done)
    }

    private mutating func emit(_ instruction: Instruction) throws(PatternFault) {
        guard instructions.count < PatternProgram.maxInstructions else { throw PatternFault("too large") }
        instructions.append(instruction)
    }

    private mutating func add(_ node: PatternNode) throws(PatternFault) {
        switch node {
        case .empty: break
        case .one(let set): try emit(.one(set))
        case .sequence(let parts): for part in parts { try add(part) }
        case .choice(let branches): try addChoice(branches)
        case .repeated(let part, let low, let high):
            for _ in 0..<low {
                let before = instructions.count
                try add(part)
                // A part of no instructions would never meet the limit.
                if instructions.count == before { return }
            }
            guard let high else { return try addLoop(part) }
            try addOptional(part, times: high - low)
        }
    }

    private mutating func addChoice(_ branches: [PatternNode]) throws(PatternFault) {
        var ends: [Int] = []
        for (number, branch) in branches.enumerated() {
            let split = instructions.count
            let isLast = number == branches.count - 1
            if !isLast { try emit(.jump(0)) }
            try add(branch)
            if isLast { continue }
            ends.append(instructions.count)
            try emit(.jump(0))
            instructions[split] = .split(split + 1, instructions.count)
        }
        for end in ends { instructions[end] = .jump(instructions.count) }
    }

    private mutating func addLoop(_ part: PatternNode) throws(PatternFault) {
        let start = instructions.count
        try emit(.jump(0))
        try add(part)
        try emit(.jump(start))
        instructions[start] = .split(start + 1, instructions.count)
    }

    private mutating func addOptional(_ part: PatternNode, times: Int) throws(PatternFault) {
        var splits: [Int] = []
        for _ in 0..<times {
            splits.append(instructions.count)
            try emit(.jump(0))
            try add(part)
        }
        for split in splits { instructions[split] = .split(split + 1, instructions.count) }
    }

    /// Whether the whole of a text in UTF-8 matches; `nil` if `work` is used up before that is known.
    func matches(_ text: [UInt8], work: inout MatchingWork) -> Bool? {
        // The sets below are filled with zeros.
        guard work.take(1 + instructions.count / 8) else { return nil }
        return text.withUnsafeBufferPointer { bytes in
            var states = StateSet(count: instructions.count)
            var following = StateSet(count: instructions.count)
            var pending: [Int] = []
            follow(0, into: &states, &pending)
            var position = 0
            while position < bytes.count {
                guard work.take(states.members.count + 1) else { return nil }
                guard let scalar = UTF8Reading.scalar(in: bytes, at: position) else { return false }
                position += scalar.length
                following.removeAll()
                for state in states.members {
                    if case .one(let set) = instructions[state], set.contains(scalar.value) {
                        follow(state + 1, into: &following, &pending)
                    }
                }
                swap(&states, &following)
                if states.members.isEmpty { return false }
            }
            return states.contains(instructions.count - 1)
        }
    }

    /// Adds a place, and every place that is reached from it without a character.
    private func follow(_ start: Int, into states: inout StateSet, _ pending: inout [Int]) {
        pending.append(start)
        while let place = pending.popLast() {
            guard states.insert(place) else { continue }
            switch instructions[place] {
            case .one, .done: break
            case .jump(let target): pending.append(target)
            case .split(let first, let second):
                pending.append(first)
                pending.append(second)
            }
        }
    }
}

/// A set of small numbers that is emptied without touching them.
private struct StateSet {
    private(set) var members: [Int] = []
    private var rounds: [Int]
    private var round = 1

    init(count: Int) { rounds = Array(repeating: 0, count: count) }

    func contains(_ number: Int) -> Bool { rounds[number] == round }

    mutating func insert(_ number: Int) -> Bool {
        guard rounds[number] != round else { return false }
        rounds[number] = round
        members.append(number)
        return true
    }

    mutating func removeAll() {
        members.removeAll(keepingCapacity: true)
        round += 1
    }
}
