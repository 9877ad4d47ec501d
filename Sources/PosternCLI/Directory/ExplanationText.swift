package import PosternControl

/// What would become of a request, and why, for people.
package enum ExplanationText {
    /// The decision, and what each rule says to it.
    package static func text(_ answer: ExplainAnswer, _ palette: Palette) -> String {
        var facts = Facts()
        facts.add("decision", answer.decision, .status(answer.decision))
        facts.add("because", answer.reason.isEmpty ? answer.code : answer.reason)
        facts.add("code", answer.decision == "allow" ? nil : answer.code)
        facts.add("grant", answer.grant)
        facts.add("provider", answer.provider)
        facts.add("destination", answer.destination)
        guard !answer.steps.isEmpty else { return facts.text(palette) }
        let steps = Table(
            ["RULE", "KIND", "SAYS", "WHY"],
            answer.steps.map { step in
                [
                    Table.Cell(step.rule), Table.Cell(step.kind), Table.Cell(step.verdict, .status(step.verdict)),
                    Table.Cell(step.reason),
                ]
            }
        )
        return facts.text(palette) + "\n" + steps.text(palette)
    }
}
