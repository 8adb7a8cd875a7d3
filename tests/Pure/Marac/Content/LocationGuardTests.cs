using Partnership.Marac.Content;
using Xunit;

namespace Partnership.Tests.Pure.Marac.Content;

/// <summary>What tells where somebody is, however it is written, and what only looks like it. Places and numbers are invented.</summary>
public sealed class LocationGuardTests
{
    private static readonly Locations Case = new(
    [
        Home("12a Acacia Avenue", "Peterborough") with { Postcode = "PE1 4ZZ" },
        new Location(Id(2)) { Phone = "07700 900123" },
        new Location(Id(3)) { Phone = "01733 900456" },
        new Location(Id(4)) { School = "Larkfield C of E Primary School" },
    ]);

    [Theory]
    [InlineData("She lives at 12a Acacia Avenue.")]
    [InlineData("12A, ACACIA AVE")]
    [InlineData("12 a Acacia Av, second floor")]
    [InlineData("Seen in Acacia  avenue on Friday.")]
    [InlineData("His van stood on\nAcacia Ave.")]
    [InlineData("Acacia-Avenue")]
    [InlineData("the house, 12a Acacia, has a red door")]
    [InlineData("Flat 2, 12A Acacia")]
    public void A_street_is_found_however_it_is_written(string text) => Assert.Equal([Id(1)], LocationGuard.Told(text, Case));

    [Theory]
    [InlineData("PE1 4ZZ")]
    [InlineData("her postcode pe14zz")]
    [InlineData("pe1  4zz.")]
    [InlineData("PE1-4ZZ")]
    [InlineData("(PEI 4ZZ)")]
    [InlineData("P E 1 4 Z Z")]
    public void A_postcode_is_found_with_and_without_its_space(string text) => Assert.Equal([Id(1)], LocationGuard.Told(text, Case));

    [Theory]
    [InlineData("Ring 07700900123")]
    [InlineData("Ring 07700-900-123.")]
    [InlineData("+44 7700 900 123")]
    [InlineData("+44 (0)7700 900123")]
    [InlineData("0044 7700 900123")]
    [InlineData("07700/900123 or 07700 900999")]
    [InlineData("07700 900999 07700 900123")]
    [InlineData("0 7 7 0 0 9 0 0 1 2 3")]
    [InlineData("tel:07700.900.123,")]
    public void A_phone_is_found_in_any_spacing_and_with_its_country(string text) => Assert.Equal([Id(2)], LocationGuard.Told(text, Case));

    [Theory]
    [InlineData("01733 900456")]
    [InlineData("(01733) 900 456")]
    [InlineData("ring 900456 after six")]
    public void A_landline_is_found_without_its_area_code_too(string text) => Assert.Equal([Id(3)], LocationGuard.Told(text, Case));

    [Theory]
    [InlineData("The boy goes to Larkfield C of E Primary School.")]
    [InlineData("The boy goes to Larkfield Primary.")]
    [InlineData("collected from LARKFIELD school")]
    [InlineData("He waits outside Larkfield.")]
    [InlineData("at the Larkfield academy")]
    public void A_school_is_found_by_what_sets_its_name_apart(string text) => Assert.Equal([Id(4)], LocationGuard.Told(text, Case));

    [Theory]
    [InlineData("She lives in Peterborough with her son.")]
    [InlineData("He stood in the avenue and shouted that he was at the end of the road.")]
    [InlineData("He rang 07700 900999 times.")]
    [InlineData("Case reference 2026-07-01-0012, crime reference 35/1234/26.")]
    [InlineData("He works at PE1 4ZA and PE11 4ZZ.")]
    [InlineData("Twelve calls in a week; 12 a day at worst.")]
    [InlineData("Ring the coordinator: 01733 900100.")]
    [InlineData("The field was full of larks; his primary worry is money.")]
    [InlineData("107700900123456")]
    public void What_only_looks_like_a_location_tells_none(string text) => Assert.Empty(LocationGuard.Told(text, Case));

    [Theory]
    [InlineData("Broadway", "12 Broadway", true)]
    [InlineData("Broadway", "seen on Broadway again", true)]
    [InlineData("Broadway", "a broadway show", false)]
    [InlineData("12 Broadway", "12, Broadway", true)]
    [InlineData("12 Hill", "He walked up the hill.", false)]
    [InlineData("St John's Road", "near Saint Johns Rd", true)]
    [InlineData("St John's Road", "St. Johns Road", true)]
    [InlineData("5 The Green", "He sat on the green.", false)]
    [InlineData("5 The Green", "She moved to 5 The Green.", true)]
    [InlineData("Rose Cottage", "at rose cottage", true)]
    [InlineData("Flat 3", "Flat 3 is empty", false)]
    [InlineData("Flat 3, Quarry House", "in Quarry Hse", true)]
    [InlineData("7 Park View Road Ely", "Park View Rd", true)]
    [InlineData("7 Park View Road Ely", "He stayed in Ely.", false)]
    public void An_address_is_known_by_its_street_or_house(string line, string text, bool told) =>
        Assert.Equal(told, LocationGuard.Told(text, new Locations([Home(line is "Broadway" ? "12 Broadway" : line, "Ely")])).Count > 0);

    [Fact]
    public void An_ordinary_street_name_is_told_together_with_its_village()
    {
        var village = new Locations([Home("The Green", "Ufford")]);
        Assert.Empty(LocationGuard.Told("He sat on the green.", village));
        Assert.NotEmpty(LocationGuard.Told("She is in Ufford now, by the green.", village));
    }

    [Fact]
    public void A_school_that_bears_the_towns_name_is_not_told_by_the_town()
    {
        var town = new Locations([Home("12 Acacia Avenue", "Peterborough"), new Location(Id(4)) { School = "Peterborough Academy" }]);
        Assert.Empty(LocationGuard.Told("He drove to Peterborough.", town));
        Assert.Equal([Id(4)], LocationGuard.Told("She is a governor of Peterborough academy.", town));
    }

    [Fact]
    public void A_hold_is_one_text_and_the_locations_it_tells()
    {
        const string Text = "He was seen in Quarry Rise and at 12 Acacia Avenue.";
        var before = LocationGuard.HoldOn(Id(50), Text, Case)!.Value;
        Assert.Equal(before, LocationGuard.HoldOn(Id(50), Text, Case));
        Assert.NotEqual(before, LocationGuard.HoldOn(Id(51), Text, Case));
        Assert.Null(LocationGuard.HoldOn(Id(50), "Nothing.", Case));
        Assert.Null(LocationGuard.HoldOn(Id(50), null, Case));

        var moved = new Locations([.. Case.All, new Location(Id(5)) { Lines = ["3 Quarry Rise"] }]);
        Assert.True(LocationGuard.IsHeld(Id(50), Text, Case, new HashSet<Guid>()));
        Assert.False(LocationGuard.IsHeld(Id(50), Text, Case, new HashSet<Guid> { before }));
        Assert.True(LocationGuard.IsHeld(Id(50), Text, moved, new HashSet<Guid> { before }));
    }

    [Fact]
    public void A_cases_answer_has_the_locations_of_the_case()
    {
        var it = Given.Case();
        var whole = ProjectionTests.Whole(it);
        var told = Locations.Of(it.Content).All.Select(l => l.Id);
        Assert.Equal(told, Locations.Of(Partnership.Marac.Cases.CaseProjection.Envelope(whole, Given.Today).Data).All.Select(l => l.Id));
    }

    private static Location Home(params string[] lines) => new(Id(1)) { Lines = lines };

    private static Guid Id(byte n) => new(0x01980000, 0, 0x7000, 0x80, 0, 0, 0, 0, 0, 0, n);
}
