using Xunit;

namespace ServerlessDrives.Tests.Integration.Connecting;

/// <summary>
/// An app that asks again for as long as it does in earnest: a minute, and a quarter of one for what is known soon. Its host takes few
/// requests at once.
/// </summary>
[CollectionDefinition(Name)]
public sealed class PatientApp() : SharedApp(new()
{
    ["AzureFunctionsJobHost__extensions__http__maxConcurrentRequests"] = "8",
    ["AzureFunctionsJobHost__extensions__http__maxOutstandingRequests"] = "10",
}), ICollectionFixture<PatientApp>
{
    public const string Name = "Patient app";
}
