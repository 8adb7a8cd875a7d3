namespace Partnership.SharingRules;

/// <summary>
/// Checks that every field group of every record type is spoken of: permitted, denied, or named as shared with nobody. A group
/// that everybody forgot is withheld all the same; the writer is told, because it was not meant.
/// </summary>
internal sealed class GroupChecker(AgreementModel agreement, Words words, List<AgreementError> errors)
{
    public void Check()
    {
        foreach (var record in agreement.Records)
            if (words.RecordTypes.TryGetValue(record.Value, out var terms)) CheckMentioned(record, terms.View);
        foreach (var (record, groups) in agreement.NotShared) CheckNotShared(record, groups);
    }

    private void CheckMentioned(Term record, ViewSchema view)
    {
        var spokenOf = RulesOn(record.Value)
            .SelectMany(rule => rule.Permits.Select(grant => grant.Group.Value).Concat(rule.Denies.Select(group => group.Value)))
            .Concat(agreement.NotShared.Where(entry => entry.Record.Value == record.Value).SelectMany(entry => entry.Groups.Select(group => group.Value)))
            .ToHashSet();
        foreach (var group in view.Groups.Where(group => !spokenOf.Contains(group)))
            Error(record.Line, $"No rule speaks of group '{group}' of {record.Value}: permit it, deny it, or list it under 'not-shared'.");
    }

    private void CheckNotShared(Term record, IReadOnlyList<Term> groups)
    {
        if (agreement.Records.All(known => known.Value != record.Value) || !words.RecordTypes.TryGetValue(record.Value, out var terms))
        {
            Error(record.Line, $"'{record.Value}' is no known record type of this agreement.");
            return;
        }

        foreach (var group in groups)
        {
            if (!terms.View.Groups.Contains(group.Value)) Error(group.Line, $"{record.Value} has no field group '{group.Value}'.");
            var permitting = RulesOn(record.Value).FirstOrDefault(rule => rule.Permits.Any(grant => grant.Group.Value == group.Value));
            if (permitting is not null) Error(group.Line, $"Group '{group.Value}' of {record.Value} is shared with nobody here, and rule '{permitting.Id.Value}' permits it.");
        }
    }

    private IEnumerable<RuleModel> RulesOn(string record) => agreement.Rules.Where(rule => rule.Records.Any(term => term.Value == record));

    private void Error(int line, string reason) => errors.Add(new AgreementError(agreement.File, line, reason));
}
