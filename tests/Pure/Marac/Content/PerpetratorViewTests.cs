using Partnership.Contracts;
using Partnership.Contracts.Marac;
using Partnership.Contracts.Records;
using Partnership.Marac.Content;
using Xunit;

namespace Partnership.Tests.Pure.Marac.Content;

/// <summary>Where the two share a home, the perpetrator's details would tell the victim's.</summary>
public sealed class PerpetratorViewTests
{
    private static readonly ReferralContent Shared = new()
    {
        Victim = new Victim
        {
            Addresses = [new Address { AddressId = Guid.CreateVersion7(TimeProvider.System.GetUtcNow()), Lines = ["12 Imaginary Mill Road", "Peterborough"], Postcode = "PE99 9ZA", IsCurrent = true }],
            Phones = [new Phone { Number = "07700 900123" }],
        },
        Perpetrators =
        [
            new Perpetrator
            {
                Name = "Invented Person",
                Relation = "partner",
                Address = "12 Imaginary Mill Road, Peterborough PE99 9ZA",
                LicenceOrderOrBail = "Bail: not to go within 100 m of Imaginary Mill Road",
                Weapons = "none known",
                Phones = ["07700 900123", "07700 900999"],
            },
        ],
    };

    [Fact]
    public void A_shared_home_and_what_names_it_leave_with_the_victims_location_only()
    {
        var view = Shared.Perpetrators[0].ToView(Shared);
        Assert.Null(view.Address);
        Assert.Null(view.LicenceOrderOrBail);
        Assert.Equal(["07700 900999"], view.Phones);
        Assert.Equal(["address", "phones", "licenceOrderOrBail"], view.TellsLocation.Select(t => t.Field));
        Assert.Equal(
            FieldGroups.VictimLocation,
            typeof(PerpetratorView).GetProperty(nameof(PerpetratorView.TellsLocation))!.GetCustomAttributes(typeof(GroupAttribute), false).Cast<GroupAttribute>().Single().Name);
    }

    [Fact]
    public void An_address_of_the_perpetrators_own_stays_where_it_is()
    {
        var apart = Shared.Perpetrators[0] with { Address = "7 Invented Street, Peterborough PE99 1AA", LicenceOrderOrBail = "Tag until June", Phones = [] };
        var view = apart.ToView(Shared);
        Assert.Equal(("7 Invented Street, Peterborough PE99 1AA", "Tag until June", "none known"), (view.Address, view.LicenceOrderOrBail, view.Weapons));
        Assert.Empty(view.TellsLocation);
    }
}
