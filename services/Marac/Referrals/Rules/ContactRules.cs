using Partnership.Contracts.Marac;
using Partnership.Marac.Content;
using Partnership.Marac.Input;

namespace Partnership.Marac.Referrals.Rules;

/// <summary>Addresses and phones: a mistake here can lead a perpetrator to the victim.</summary>
internal static class ContactRules
{
    private const string Written = "+()-./ ";

    public static void Check(SubmitReferralRequest referral, InputReport report)
    {
        foreach (var (perpetrator, path) in referral.Perpetrators.WithPaths("perpetrators"))
        {
            foreach (var (phone, at) in perpetrator.Phones.WithPaths($"{path}.phones")) CheckNumber(phone, at, report);
        }

        if (referral.Victim is not { } victim) return;
        CheckPhones(victim, referral.Perpetrators, report);
        CheckAddresses(victim, referral.Perpetrators, report);
    }

    public static void CheckNumber(string? number, string field, InputReport report)
    {
        if (number is null) return;
        var plain = number.Replace("ext", "", StringComparison.OrdinalIgnoreCase).Replace("x", "", StringComparison.OrdinalIgnoreCase);
        if (plain.Any(c => !char.IsAsciiDigit(c) && !Written.Contains(c, StringComparison.Ordinal)) || plain.Count(char.IsAsciiDigit) is < 5 or > 20)
            report.Error(field, "not-a-phone-number", "Write a phone number; notes go into the safe times.");
    }

    public static void CheckAddress(AddressRequest address, string path, InputReport report)
    {
        report.RequireAny(address.Lines, $"{path}.lines", "Write the address.");
        if (address.Postcode is { } postcode && Comparable.Postcode(postcode).Length is < 5 or > 8)
            report.Error($"{path}.postcode", "not-a-postcode", "Write a full postcode, or leave it out.");
    }

    private static void CheckPhones(VictimRequest victim, IReadOnlyList<PerpetratorRequest> perpetrators, InputReport report)
    {
        var theirs = perpetrators.SelectMany(p => p.Phones).Select(Comparable.Phone).Where(p => p.Length > 0).ToHashSet();
        foreach (var (phone, path) in victim.Phones.WithPaths("victim.phones"))
        {
            report.Require(phone.Number, $"{path}.number", "Write the number.");
            CheckNumber(phone.Number, $"{path}.number", report);
            if (phone.Number is not { } number || !theirs.Contains(Comparable.Phone(number))) continue;
            if (phone.SafeToCall == SafeToCall.Yes)
                report.Error($"{path}.safeToCall", "safe-phone-is-perpetrators", "This is also the perpetrator's number: it is not safe to call.");
            else
                report.Warn($"{path}.number", "phone-same-as-perpetrator");
        }
    }

    private static void CheckAddresses(VictimRequest victim, IReadOnlyList<PerpetratorRequest> perpetrators, InputReport report)
    {
        foreach (var (address, path) in victim.Addresses.WithPaths("victim.addresses"))
        {
            CheckAddress(address, path, report);
            if (address.IsCurrent == false
                || !perpetrators.Any(p => p.Address is { } theirs && Comparable.IsSameAddress(address.Lines, address.Postcode, theirs)))
            {
                continue;
            }

            if (address.IsConfidential == true)
                report.Error($"{path}.isConfidential", "confidential-address-is-perpetrators", "The perpetrator lives there: it is not confidential from them.");
            else if (victim.LivesWithPerpetrator != YesNoUnknown.Yes)
                report.Warn($"{path}.lines", "address-same-as-perpetrator");
        }
    }
}
