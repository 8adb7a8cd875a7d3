using Partnership.Contracts.Marac;
using Partnership.Marac.Content;
using Partnership.ServiceDefaults;

namespace Partnership.Marac.Cases;

/// <param name="Copies">All of them; none says that no copy can be reached.</param>
public sealed record RecordUnsafeCopies(IReadOnlyList<UnsafeCopy> Copies, Actor By, DateTimeOffset Now);

/// <param name="Address">For VICTIM_ADDRESS.</param>
/// <param name="Phone">For VICTIM_PHONE.</param>
/// <param name="From">From which day it holds.</param>
/// <param name="Source">Who said so.</param>
public sealed record AmendCase(AmendedField Field, Address? Address, Phone? Phone, DateOnly From, string Source, Actor By, DateTimeOffset Now);

public sealed record ClearHold(Guid HoldId, string Reason, Actor By, DateTimeOffset Now);

// What the sharing rules rest on, and facts that changed since the referral.
public sealed partial record MaracCase
{
    private static readonly CaseStatus[] Over = [CaseStatus.Closed, CaseStatus.TransferredOut, CaseStatus.Withdrawn];

    public Decision<CaseEvent> RecordUnsafeCopies(RecordUnsafeCopies command) => this switch
    {
        _ when RefusalOfOffice(command.By) is { } refusal => refusal,
        _ when UnsafeCopies.ToHashSet().SetEquals(command.Copies) => Decision.Nothing<CaseEvent>(),
        _ => new UnsafeCopiesRecorded
        {
            CaseId = Id,
            Subjects = Opening.Subjects,
            Parties = [.. command.Copies.Select(c => c.Team is null ? c.Agency : $"{c.Agency}/{c.Team}").Distinct().Order(StringComparer.Ordinal)],
            SetBy = command.By.Person,
            SetAt = command.Now,
            Copies = command.Copies,
        },
    };

    /// <summary>A fact that changed: whoever may tell it is the agreement's business.</summary>
    public Decision<CaseEvent> Amend(AmendCase command) => this switch
    {
        _ when Over.Contains(Status ?? CaseStatus.Closed) => CaseRefusals.HasEnded,
        _ when IsAsNow(command) => Decision.Nothing<CaseEvent>(),
        _ when command.Phone is { SafeToCall: SafeToCall.Yes } safe && IsPerpetrators(safe) => CaseRefusals.SafePhoneIsPerpetrators,
        _ when command.Address is { IsConfidential: true } hidden && IsPerpetrators(hidden) => CaseRefusals.ConfidentialAddressIsPerpetrators,
        _ => new CaseAmended
        {
            CaseId = Id,
            Subjects = [Content.Victim.PersonId],
            Field = command.Field,
            AmendedBy = command.By.Person,
            AmendedAt = command.Now,
            Address = command.Address,
            Phone = command.Phone,
            From = command.From,
            Source = command.Source,
        },
    };

    /// <param name="holdsOfItems">Holds on texts that stand beside the case: findings, minutes, actions.</param>
    public Decision<CaseEvent> ClearHold(ClearHold command, IReadOnlyCollection<Guid> holdsOfItems) => command switch
    {
        _ when RefusalOfOffice(command.By) is { } refusal => refusal,
        _ when ClearedHolds.Contains(command.HoldId) => Decision.Nothing<CaseEvent>(),
        _ when !holdsOfItems.Contains(command.HoldId) && this.Holds().All(hold => hold.Id != command.HoldId) => CaseRefusals.NoSuchHold,
        _ => new HoldCleared
        {
            CaseId = Id,
            Subjects = [Content.Victim.PersonId],
            HoldId = command.HoldId,
            ClearedBy = command.By.Person,
            ClearedAt = command.Now,
            Reason = command.Reason,
        },
    };

    private bool IsPerpetrators(Phone phone) =>
        Content.Perpetrators.SelectMany(p => p.Phones).Any(theirs => Comparable.Phone(theirs) == Comparable.Phone(phone.Number));

    private bool IsPerpetrators(Address address) =>
        Content.Perpetrators.Any(p => p.Address is { } theirs && Comparable.IsSameAddress(address.Lines, address.Postcode, theirs));

    private bool IsAsNow(AmendCase command) => command.Field switch
    {
        AmendedField.VictimAddress => Content.Victim.Addresses.SingleOrDefault(a => a.IsCurrent) is { } now && command.Address is { } then
            && now.Lines.SequenceEqual(then.Lines, StringComparer.Ordinal) && now.Postcode == then.Postcode && now.IsConfidential == then.IsConfidential,
        AmendedField.VictimPhone => Content.Victim.Phones is [var now] && now with { PhoneId = default } == (command.Phone ?? new Phone()) with { PhoneId = default },
    };

    /// <summary>What held before stays, as no longer current: a text that tells of it still tells where somebody can be found.</summary>
    private MaracCase Amended(CaseAmended amended) => amended switch
    {
        { Field: AmendedField.VictimAddress, Address: { } address } => WithVictim(amended, address.AddressId, Content.Victim with
        {
            Addresses = [.. Content.Victim.Addresses.Select(a => a with { IsCurrent = false }), address],
        }),
        { Field: AmendedField.VictimPhone, Phone: { } phone } => WithVictim(amended, phone.PhoneId, Content.Victim with { Phones = [phone] }) with
        {
            PastPhones = [.. PastPhones, .. Content.Victim.Phones],
        },
        _ => this,
    };

    private MaracCase WithVictim(CaseAmended amended, Guid location, Victim victim) => this with
    {
        Content = Content with { Victim = victim },
        LocationsSince = LocationsSince.Append(KeyValuePair.Create(location, amended.AmendedAt)).ToDictionary(),
    };
}
