using System.Security.Cryptography;

namespace Partnership.Tests.Support.Hosts;

/// <summary>Fresh keys in a folder of one test platform, as <c>deploy/up</c> makes them for a local run.</summary>
public sealed class TestKeys
{
    private readonly string folder;

    public TestKeys(string folder)
    {
        this.folder = folder;
        Directory.CreateDirectory(folder);
        foreach (var name in new[] { InternalMarac, InternalSharing, Wrapping, Search, SharingWrapping, SharingSearch, PseudonymMarac, PseudonymSharing, Cursor })
            File.WriteAllText(name, Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)) + "\n");
        Pair(GatewaySigning, GatewaySigningPublic);
        Pair(LedgerSeal, LedgerSealPublic);
        Pair(SharingSigning, SharingSigningPublic);
    }

    public string InternalMarac => In("internal-marac.key");
    public string InternalSharing => In("internal-information-sharing.key");
    public string Wrapping => In("marac-wrapping.key");
    public string Search => In("marac-search.key");
    public string SharingWrapping => In("sharing-wrapping.key");
    public string SharingSearch => In("sharing-search.key");
    public string SharingSigning => In("sharing-signing.pem");
    public string SharingSigningPublic => In("sharing-signing.pub.pem");
    public string PseudonymMarac => In("pseudonym-marac.key");
    public string PseudonymSharing => In("pseudonym-sharing.key");
    public string Cursor => In("cursor.key");
    public string GatewaySigning => In("gateway-signing.pem");
    public string GatewaySigningPublic => In("gateway-signing.pub.pem");
    public string LedgerSeal => In("ledger-seal.pem");
    public string LedgerSealPublic => In("ledger-seal.pub.pem");

    /// <summary>The content of a symmetric key file.</summary>
    public static byte[] Read(string file) => Convert.FromBase64String(File.ReadAllText(file).Trim());

    private string In(string name) => Path.Combine(folder, name);

    private static void Pair(string privateFile, string publicFile)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        File.WriteAllText(privateFile, key.ExportPkcs8PrivateKeyPem() + "\n");
        File.WriteAllText(publicFile, key.ExportSubjectPublicKeyInfoPem() + "\n");
    }
}
