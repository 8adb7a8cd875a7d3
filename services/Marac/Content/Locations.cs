using Partnership.Contracts.Marac;

namespace Partnership.Marac.Content;

/// <summary>One place or number by which the victim or a child can be found.</summary>
/// <param name="Id">Of the address, the phone, or the child whose school it is: a new value has a new id.</param>
public sealed record Location(Guid Id)
{
    public IReadOnlyList<string> Lines { get; init; } = [];
    public string? Postcode { get; init; }
    public string? Phone { get; init; }
    public string? School { get; init; }

    /// <summary>Since when the case knows it; null where that is not asked.</summary>
    public DateTimeOffset? Since { get; init; }
}

/// <summary>
/// Everything a free text must not tell those without the victim's location: present and past addresses and phones, and
/// schools. Taken as it is now, so that a move changes what is held.
/// </summary>
public sealed record Locations(IReadOnlyList<Location> All)
{
    /// <summary>Without numbers that are safe to ring: those alone may stand in a safe contact.</summary>
    public Locations Without(IReadOnlySet<Guid> safePhones) => new([.. All.Where(l => !safePhones.Contains(l.Id))]);

    public static Locations Of(ReferralContent content, params IReadOnlyList<Phone> pastPhones) => new(
    [
        .. content.Victim.Addresses.Select(a => new Location(a.AddressId) { Lines = a.Lines, Postcode = a.Postcode }),
        .. content.Victim.Phones.Concat(pastPhones).Select(p => new Location(p.PhoneId) { Phone = p.Number }),
        .. content.Children.Where(c => c.School is not null).Select(c => new Location(c.PersonId) { School = c.School }),
    ]);

    /// <summary>The same from a case's answer, for texts that are put beside it when it is read.</summary>
    public static Locations Of(CaseView it) => new(
    [
        .. it.Victim.Addresses.Select(a => new Location(a.AddressId) { Lines = a.Lines, Postcode = a.Postcode }),
        .. it.Victim.Phones.Select(p => new Location(p.PhoneId) { Phone = p.Number }),
        .. it.Children.Where(c => c.School is not null).Select(c => new Location(c.PersonId) { School = c.School }),
    ]);
}
