using Xunit;

namespace ServerlessDrives.Tests.Integration.Connecting;

/// <summary>An app that asks again for as long as it does in earnest: a minute, and a quarter of one for what is known soon.</summary>
[CollectionDefinition(Name)]
public sealed class PatientApp() : SharedApp([]), ICollectionFixture<PatientApp>
{
    public const string Name = "Patient app";
}
