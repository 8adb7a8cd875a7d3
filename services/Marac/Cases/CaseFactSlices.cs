using Partnership.Contracts.Marac;
using Partnership.Marac.Input;
using Partnership.Marac.Referrals;
using Partnership.Marac.Referrals.Rules;
using Partnership.PartnershipSettings;
using Partnership.ServiceDefaults;
using Problem = Partnership.ServiceDefaults.Problem;

namespace Partnership.Marac.Cases;

/// <summary><c>PUT /marac/cases/{id}/unsafe-copies</c>: whose copies a perpetrator can reach.</summary>
internal static class RecordUnsafeCopiesSlice
{
    private const int Most = 40;

    public static async Task<IResult> PutAsync(
        Guid id, CallerContext caller, CaseStreams cases, PartnershipConfiguration partnership, TimeProvider clock, CancellationToken ct)
    {
        var report = new InputReport();
        var copies = Read(caller.Body, partnership, clock.GetUtcNow(), report);
        if (copies is null || report.HasErrors) return Problem.Invalid(report.ByField());
        return (IResult)(await cases.UpdateAsync(
            id, caller, (it, now) => it.RecordUnsafeCopies(new RecordUnsafeCopies(copies, Actor.Of(caller.Caller), now)), ct)).Result;
    }

    public static IReadOnlyList<UnsafeCopy>? Read(ReadOnlyMemory<byte> sent, PartnershipConfiguration partnership, DateTimeOffset now, InputReport report)
    {
        var body = BodyReader.Read(sent, report, b => new RecordUnsafeCopiesRequest
        {
            Copies = b.Parts("copies", Most, c => new UnsafeCopyRequest
            {
                Agency = c.Text("agency", 20),
                Team = c.Text("team", 40),
                Reason = c.Text("reason", ReferralBody.NoteLength, lines: true),
            }),
        });
        if (body is null) return null;
        foreach (var (copy, path) in body.Copies.WithPaths("copies"))
        {
            report.Require(copy.Reason, $"{path}.reason", "Say how the perpetrator can reach this copy.");
            // Of an agency that has ended too: its copy may still be there.
            if (copy.Agency is not { } code || partnership.FindAgency(code) is not { } agency)
                report.Error($"{path}.agency", InputCodes.UnknownCode, "Write the code of an agency of the partnership.");
            else if (copy.Team is { } team && !agency.HasTeam(team))
                report.Error($"{path}.team", InputCodes.UnknownCode, "Write the code of a team of this agency, or none for all of it.");
        }

        if (body.Copies.Select(c => (c.Agency, c.Team)).Distinct().Count() != body.Copies.Count)
            report.Error("copies", "listed-twice", "List each of these once.");
        return [.. body.Copies.Select(c => new UnsafeCopy { Agency = c.Agency ?? "", Team = c.Team, Reason = c.Reason ?? "" })];
    }
}

/// <summary><c>POST /marac/cases/{id}/amendments</c>: the victim has moved, or has another number.</summary>
internal static class AmendCaseSlice
{
    public static async Task<IResult> PostAsync(
        Guid id, CallerContext caller, CaseStreams cases, PartnershipConfiguration partnership, TimeProvider clock, CancellationToken ct)
    {
        var report = new InputReport();
        var now = clock.GetUtcNow();
        var command = Read(caller.Body, Actor.Of(caller.Caller), partnership.DayAt(now), now, () => Guid.CreateVersion7(now), report);
        if (command is null || report.HasErrors) return Problem.Invalid(report.ByField());
        return (IResult)(await cases.UpdateAsync(id, caller, (it, at) => it.Amend(command with { Now = at }), ct)).Result;
    }

    public static AmendCase? Read(
        ReadOnlyMemory<byte> sent, Actor by, DateOnly today, DateTimeOffset now, Func<Guid> newId, InputReport report)
    {
        var body = BodyReader.Read(sent, report, b => new AmendCaseRequest
        {
            Field = b.Code<AmendedField>("field"),
            Address = b.Part("address", ReferralBody.ReadAddress),
            Phone = b.Part("phone", ReferralBody.ReadPhone),
            From = b.Date("from"),
            Source = b.Text("source", ReferralBody.NoteLength, lines: true),
        });
        if (body is null) return null;
        report.Require(body.Field, "field", "Say what has changed.");
        report.Require(body.From, "from", "Say from which day it holds.");
        if (body.From > today) report.Error("from", InputCodes.InFuture, "Record it on the day it holds.");
        report.Require(body.Source, "source", "Say who said so.");
        CheckValue(body, report);
        if (body is not { Field: { } field, From: { } from, Source: { } source } || report.HasErrors) return null;
        return new AmendCase(
            field,
            field == AmendedField.VictimAddress ? ReferralContents.AddressFrom(body.Address!, newId()) with { IsCurrent = true } : null,
            field == AmendedField.VictimPhone ? ReferralContents.PhoneFrom(body.Phone!, newId()) : null,
            from, source, by, now);
    }

    /// <summary>Exactly the value that the field names.</summary>
    private static void CheckValue(AmendCaseRequest body, InputReport report)
    {
        if (body.Field is not { } field) return;
        var (wanted, other) = field == AmendedField.VictimAddress ? ("address", "phone") : ("phone", "address");
        report.Require(field == AmendedField.VictimAddress ? body.Address : body.Phone, wanted, "Give the new value.");
        if ((field == AmendedField.VictimAddress ? (object?)body.Phone : body.Address) is not null)
            report.Error(other, "not-for-this-field", "Give the value of the field that is named, and no other.");
        if (body.Address is { } address) ContactRules.CheckAddress(address, "address", report);
        if (body.Phone is { } phone)
        {
            report.Require(phone.Number, "phone.number", "Write the number.");
            ContactRules.CheckNumber(phone.Number, "phone.number", report);
        }

        if (body.Address?.IsCurrent == false) report.Error("address.isCurrent", InputCodes.OutOfRange, "An amendment is what holds now.");
    }
}

/// <summary><c>POST /marac/cases/{id}/holds/{holdId}/clear</c>: the text does not tell where the victim is.</summary>
internal static class ClearHoldSlice
{
    public static async Task<IResult> PostAsync(Guid id, Guid holdId, CallerContext caller, CaseStreams cases, ICaseItems items, CancellationToken ct)
    {
        var report = new InputReport();
        var body = BodyReader.Read(caller.Body, report, b => new ClearHoldRequest { Reason = b.Text("reason", ReferralBody.NoteLength, lines: true) });
        report.Require(body?.Reason, "reason", "Say why the text does not tell where the victim is.");
        if (body?.Reason is not { } reason || report.HasErrors) return Problem.Invalid(report.ByField());
        if (await cases.LoadAsync(id, ct) is not { } whole) return TypedResults.NotFound();
        Guid[] others = [.. await items.HoldsAsync(whole.Case, ct), .. whole.Holds().Select(h => h.Id)];
        return (IResult)(await cases.UpdateAsync(
            id, caller, (it, now) => it.ClearHold(new ClearHold(holdId, reason, Actor.Of(caller.Caller), now), others), ct)).Result;
    }
}
