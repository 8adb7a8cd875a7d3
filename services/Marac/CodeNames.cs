using System.Text.Json;

namespace Partnership.Marac;

/// <summary>Codes as they stand on the wire: <c>REDIRECT_PROPOSED</c>.</summary>
internal static class CodeNames
{
    public static string Of<T>(T code)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseUpper.ConvertName(code.ToString());
}
