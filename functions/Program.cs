using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Hosting;
using ServerlessDrives;

var builder = FunctionsApplication.CreateBuilder(args);
builder.AddServerlessDrives();
builder.Build().Run();
