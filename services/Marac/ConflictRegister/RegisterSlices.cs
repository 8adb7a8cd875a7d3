using Partnership.Contracts.Marac;
using Partnership.Marac.Cases;
using Partnership.Marac.Input;
using Partnership.Marac.Referrals;
using Partnership.PartnershipSettings;
using Partnership.ServiceDefaults;
using Problem = Partnership.ServiceDefaults.Problem;

namespace Partnership.Marac.ConflictRegister;

/// <summary><c>POST /marac/cases/{id}/conflicts</c> and <c>…/conflicts/{conflictId}/resolve</c>: who must not see the case (NR2).</summary>
internal static class ConflictSlices
{
    public static async Task<IResult> DeclareAsync(
        Guid id, CallerContext caller, CaseStreams cases, PartnershipConfiguration partnership, CancellationToken ct)
    {
        var report = new InputReport();
        var body = Read(caller.Body, partnership, report);
        if (body?.Reason is not { } reason || report.HasErrors) return Problem.Invalid(report.ByField());
        return (IResult)(await cases.UpdateAsync<RegisterEvent>(
            id, caller,
            (whole, now) => whole.Register.Declare(
                new DeclareConflict(Guid.CreateVersion7(now), body.Person, body.Name, reason, Actor.Of(caller.Caller), now), whole.Case),
            CaseChange.Of, ct)).Result;
    }

    public static async Task<IResult> ResolveAsync(Guid id, Guid conflictId, CallerContext caller, CaseStreams cases, CancellationToken ct)
    {
        var report = new InputReport();
        var body = BodyReader.Read(caller.Body, report, b => new ResolveConflictRequest { Reason = b.Text("reason", ReferralBody.NoteLength, lines: true) });
        report.Require(body?.Reason, "reason", "Say why this person is not barred after all.");
        if (body?.Reason is not { } reason || report.HasErrors) return Problem.Invalid(report.ByField());
        return (IResult)(await cases.UpdateAsync<RegisterEvent>(
            id, caller,
            (whole, now) => whole.Register.Resolve(new ResolveConflict(conflictId, reason, Actor.Of(caller.Caller), now), whole.Case),
            CaseChange.Of, ct)).Result;
    }

    public static DeclareConflictRequest? Read(ReadOnlyMemory<byte> sent, PartnershipConfiguration partnership, InputReport report)
    {
        var body = BodyReader.Read(sent, report, b => new DeclareConflictRequest
        {
            Person = b.Text("person", 100),
            Name = b.Text("name", 200),
            Reason = b.Text("reason", ReferralBody.NoteLength, lines: true),
        });
        if (body is null) return null;
        report.Require(body.Reason, "reason", "Say what the conflict is.");
        if (body.Person is null && body.Name is null) report.Error("name", InputCodes.Required, "Name the person, by the register or by name.");
        // An id nobody has would bar nobody, and look as if it did.
        if (body.Person is { } person && partnership.People.All(p => p.Id != person))
            report.Error("person", InputCodes.UnknownCode, "Write the id of a person of the register.");
        if (body.Name is { } name && Names.Fault(name) is { } fault) report.Error("name", fault, Names.SentenceOf(fault));
        return body;
    }
}

/// <summary><c>PUT /marac/cases/{id}/readers</c>: a case only these people may read (NR15).</summary>
internal static class ReadersSlice
{
    private const int Most = 50;

    public static async Task<IResult> PutAsync(
        Guid id, CallerContext caller, CaseStreams cases, PartnershipConfiguration partnership, CancellationToken ct)
    {
        var report = new InputReport();
        var body = Read(caller.Body, partnership, report);
        if (body?.Reason is not { } reason || report.HasErrors) return Problem.Invalid(report.ByField());
        return (IResult)(await cases.UpdateAsync<RegisterEvent>(
            id, caller, (whole, now) => whole.Register.Restrict(new RestrictReaders(body.People, reason, Actor.Of(caller.Caller), now), whole.Case),
            CaseChange.Of, ct)).Result;
    }

    public static RestrictReadersRequest? Read(ReadOnlyMemory<byte> sent, PartnershipConfiguration partnership, InputReport report)
    {
        var body = BodyReader.Read(sent, report, b => new RestrictReadersRequest
        {
            People = b.Has("people") ? b.Texts("people", Most, 100) : null,
            Reason = b.Text("reason", ReferralBody.NoteLength, lines: true),
        });
        if (body is null) return null;
        report.Require(body.Reason, "reason", "Say why the case is restricted, or why no longer.");
        if (body.People is not { } people) return body;
        report.RequireAny(people, "people", "Name who may read it; leave the list out to open the case again.");
        if (people.Any(person => partnership.People.All(p => p.Id != person)))
            report.Error("people", InputCodes.UnknownCode, "Write ids of people of the register.");
        return body;
    }
}
