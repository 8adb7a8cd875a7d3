namespace Partnership.Tests.Pure.Ledger;

/// <summary>
/// Bytes made by an independent program (Node.js and its own cryptography), never by the code under test. They are
/// frozen: whoever needs to change one is about to break every ledger there is.
/// </summary>
internal static class KnownAnswers
{
    public const string Entry =
        "{\"abortOf\":null,\"actor\":{\"agency\":\"CFRS\",\"hat\":null,\"personId\":\"p.7Qd1\",\"role\":\"marac-representative\",\"session\":\"s-1\",\"team\":null},"
        + "\"agreementSet\":\"q1w2\",\"at\":\"2026-11-02T09:15:30.120Z\",\"bodyDigest\":\"AAEC\","
        + "\"channel\":\"API\",\"classification\":\"OFFICIAL-SENSITIVE\",\"condition\":\"SCH1_PARA18\",\"correlationId\":\"c-\\\"1\\\"\\\\\","
        + "\"digestKey\":\"1.x\",\"entryId\":\"0192f0a0-1111-7abc-8def-000000000001\",\"isaVersion\":\"marac/1\","
        + "\"justification\":null,\"lawfulBasis\":\"ART_6_1_E\",\"legalPower\":\"CDA_S115\",\"nonce\":\"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\","
        + "\"onBehalfOf\":null,\"operation\":\"CONSULTATION\",\"outcome\":\"PERMIT\",\"policyVersion\":\"1\",\"purposeCode\":\"marac-meeting\","
        + "\"recipients\":[\"CFRS\"],\"records\":[{\"consentRef\":null,\"decisionRule\":[\"marac/4.1\"],\"facts\":{\"known-to\":true,\"member\":true,\"own-tenancy\":false},"
        + "\"fieldGroups\":[\"meta\",\"perpetrator-identity\"],\"heldBack\":[\"victim-location\"],\"masksApplied\":[\"children:flag\"],"
        + "\"recordId\":\"0192f0a0-2222-7abc-8def-000000000002\",\"recordType\":\"marac.case\",\"subjectIds\":[\"0192f0a0-3333-7abc-8def-000000000003\"]}],"
        + "\"regime\":\"UK_GDPR\",\"service\":\"marac\",\"traceparent\":\"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\",\"v\":1}";

    public const string EntryLeaf = "4ebcbf904050b98927860dbca50d48cb4e138e32e07d5212f29e9d558dd7071d";

    /// <summary>Instance <c>gateway-1.a_B</c>, sequence 7, the entry above and the three bytes <c>odd</c>.</summary>
    public const string Batch =
        "UExCMQANZ2F0ZXdheS0xLmFfQgAAAAAAAAAHbbfYA+dPH/p9j1rcC/lbPhW/TINz//rfVGInzGxnQssAAAACAAAEdHsiYWJvcnRPZiI6bnVsbC"
        + "wiYWN0b3IiOnsiYWdlbmN5IjoiQ0ZSUyIsImhhdCI6bnVsbCwicGVyc29uSWQiOiJwLjdRZDEiLCJyb2xlIjoibWFyYWMtcmVwcmVzZW50YXRp"
        + "dmUiLCJzZXNzaW9uIjoicy0xIiwidGVhbSI6bnVsbH0sImFncmVlbWVudFNldCI6InExdzIiLCJhdCI6IjIwMjYtMTEtMDJUMDk6MTU6MzAuMT"
        + "IwWiIsImJvZHlEaWdlc3QiOiJBQUVDIiwiY2hhbm5lbCI6IkFQSSIsImNsYXNzaWZpY2F0aW9uIjoiT0ZGSUNJQUwtU0VOU0lUSVZFIiwiY29u"
        + "ZGl0aW9uIjoiU0NIMV9QQVJBMTgiLCJjb3JyZWxhdGlvbklkIjoiYy1cIjFcIlxcIiwiZGlnZXN0S2V5IjoiMS54IiwiZW50cnlJZCI6IjAxOT"
        + "JmMGEwLTExMTEtN2FiYy04ZGVmLTAwMDAwMDAwMDAwMSIsImlzYVZlcnNpb24iOiJtYXJhYy8xIiwianVzdGlmaWNhdGlvbiI6bnVsbCwibGF3"
        + "ZnVsQmFzaXMiOiJBUlRfNl8xX0UiLCJsZWdhbFBvd2VyIjoiQ0RBX1MxMTUiLCJub25jZSI6IkFBRUNBd1FGQmdjSUNRb0xEQTBPRHhBUkVoTV"
        + "VGUllYR0JrYUd4d2RIaDgiLCJvbkJlaGFsZk9mIjpudWxsLCJvcGVyYXRpb24iOiJDT05TVUxUQVRJT04iLCJvdXRjb21lIjoiUEVSTUlUIiwi"
        + "cG9saWN5VmVyc2lvbiI6IjEiLCJwdXJwb3NlQ29kZSI6Im1hcmFjLW1lZXRpbmciLCJyZWNpcGllbnRzIjpbIkNGUlMiXSwicmVjb3JkcyI6W3"
        + "siY29uc2VudFJlZiI6bnVsbCwiZGVjaXNpb25SdWxlIjpbIm1hcmFjLzQuMSJdLCJmYWN0cyI6eyJrbm93bi10byI6dHJ1ZSwibWVtYmVyIjp0"
        + "cnVlLCJvd24tdGVuYW5jeSI6ZmFsc2V9LCJmaWVsZEdyb3VwcyI6WyJtZXRhIiwicGVycGV0cmF0b3ItaWRlbnRpdHkiXSwiaGVsZEJhY2siOl"
        + "sidmljdGltLWxvY2F0aW9uIl0sIm1hc2tzQXBwbGllZCI6WyJjaGlsZHJlbjpmbGFnIl0sInJlY29yZElkIjoiMDE5MmYwYTAtMjIyMi03YWJj"
        + "LThkZWYtMDAwMDAwMDAwMDAyIiwicmVjb3JkVHlwZSI6Im1hcmFjLmNhc2UiLCJzdWJqZWN0SWRzIjpbIjAxOTJmMGEwLTMzMzMtN2FiYy04ZG"
        + "VmLTAwMDAwMDAwMDAwMyJdfV0sInJlZ2ltZSI6IlVLX0dEUFIiLCJzZXJ2aWNlIjoibWFyYWMiLCJ0cmFjZXBhcmVudCI6IjAwLTRiZjkyZjM1"
        + "NzdiMzRkYTZhM2NlOTI5ZDBlMGU0NzM2LTAwZjA2N2FhMGJhOTAyYjctMDEiLCJ2IjoxfQAAAANvZGSvAQ6LTyYgPtYx60wPQJqTACKGLng9q/"
        + "g3+iSVd2kInNa9pcN8nGit3U4+qb7AduIu3CV9gjP7lSyHi5u7asTV";

    public const string BatchHash = "0948e0a36deeb4def0b20cd28e500444a7f143c49937b65127e868997fdc9cc3";

    /// <summary>SubjectPublicKeyInfo of the key that signed the batch and the promise.</summary>
    public const string GatewayPublicKey =
        "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE3daNbpgK1Gr1bFz07wCr/wKswxiNYSuqDQz92oxTPuXjWZZN1135wuORxxBvRbcpXcM893mr65"
        + "sMTdiT18Di2Q==";

    public const string Promise =
        "v=1, instance=\"gateway-1.a_B\", seq=7, leaf=:Try/kEBQuYknhg28pQ1Iy04TjjLgfVIS8p6dVY3XBx0=:, sig=:TYSYfEqRPx00wn"
        + "UUKp/6/LnQ1KnkwNMVI/HwLQEUtuAuaDcne6lOabvz3WcM5E9UFTJmuTIcyv7qhtEJZ2wVLg==:";

    /// <summary>PKCS#8 of the key that <see cref="Sealed"/> is sealed to; made for this test.</summary>
    public const string SealPrivateKey =
        "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgwKg7XSZe0jx5ERZoZVVStMQx4jx2yrs3nCgGYki+zSqhRANCAAQJNe4K77+OAf"
        + "AHF1NIwNAlCOnf1YZiVWXV2O7dj5kzjnkJnvdHhgVfkDhVIgxSot7u76yA8sp5TP4iaBIIzs7t";

    /// <summary>Field <c>justification</c> of the entry above.</summary>
    public const string Sealed =
        "1.BEUn-RxZEcr25dMyZBgz5KXP8oxAl6GMylE_YMZciCnNYRYcfWEw0eSz_U_cGYKkd9tdWZRl3Zppzp2qKaTUHZsJCQkJCQkJCQkJCQkjxJ9b"
        + "V-hSii96I8oGveVisM3QsZRI_HeyG2MABD3bom_Am1Q83UaHQEXSnHjhuxNKzW25c-r0C8_I";

    public const string SealedText = "Visit planned for Friday – both officers";
}
