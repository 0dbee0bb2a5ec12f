targetScope = 'subscription'

metadata description = 'ServerlessDrives: the Function App and all that it needs, one resource group, no shared keys.'

@description('Names the environment; part of every name and tag.')
@minLength(1)
@maxLength(24)
param environmentName string

@description('Region of everything here. Flex Consumption must be offered there.')
@minLength(1)
param location string

@description('Client id of the Entra app registration that people sign in to: entra/main.bicep makes one.')
param signInClientId string

@description('That registration\'s API: its ID URI, with a scope "access".')
param signInApi string = 'api://serverlessdrives'

@description('Tenants whose tokens are accepted: a tenant id, or "organizations" for any.')
param signInTenant string = tenant().tenantId

@description('Roles of ours in AWS by partition: {"aws":"arn:aws:iam::…:role/…"}; made by infra/aws.')
param awsPrincipals object = {}

@description('What Durable Task keeps its state in: Azure Storage, or a Durable Task Scheduler.')
@allowed(['storage', 'scheduler'])
param durableBackend string = 'storage'

@description('The scheduler\'s SKU: paid by the action, or by capacity units that are always there.')
@allowed(['Consumption', 'Dedicated'])
param schedulerSku string = 'Consumption'

@description('Capacity units of a dedicated scheduler; three of them are redundant over zones.')
@minValue(1)
@maxValue(3)
param schedulerCapacity int = 1

@description('True: no public network access to storage, vault and scheduler; the app reaches them by private endpoints.')
param vnetEnabled bool = false

@description('Where alerts go; none are sent without it.')
param alertEmail string = ''

@description('Most instances that the app scales out to.')
@minValue(40)
@maxValue(1000)
param maximumInstances int = 100

@description('Memory of an instance in MB.')
@allowed([512, 2048, 4096])
param instanceMemory int = 2048

@description('Instances that always run, for requests and for orchestrations each, paid by the hour; at least 2 with zoneRedundant.')
@minValue(0)
@maxValue(100)
param alwaysReadyInstances int = 0

@description('True: instances are spread over the zones of a region that has them.')
param zoneRedundant bool = false

@description('Requests that one instance answers at once before another is added; a long poll counts as long as it waits.')
@minValue(1)
@maxValue(1000)
param requestsPerInstance int = 100

@description('Largest file in one request, in MiB. It costs the host 4.2 times its size of memory; see docs/operations.md.')
@minValue(1)
@maxValue(1024)
param largestRequest int = 100

@description('What the resource group may cost in a month, in the subscription\'s currency; 0 for no budget. alertEmail hears of it.')
@minValue(0)
param monthlyBudget int = 0

@description('First day of the month that the budget begins with: 2026-11-01. It can\'t be changed later.')
param budgetStart string = ''

@description('Further tags for every resource.')
param tags object = {}

var abbreviations = loadJsonContent('abbreviations.json')
var token = toLower(uniqueString(subscription().id, environmentName, location))
var allTags = union({ 'azd-env-name': environmentName, product: 'serverless-drives' }, tags)

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: '${abbreviations.resourcesResourceGroups}${environmentName}'
  location: location
  tags: allTags
}

module monitoring 'modules/monitoring.bicep' = {
  name: 'monitoring'
  scope: group
  params: { location: location, token: token, tags: allTags }
}

module identity 'modules/identity.bicep' = {
  name: 'identity'
  scope: group
  params: { location: location, token: token, tags: allTags }
}

module network 'modules/network.bicep' = if (vnetEnabled) {
  name: 'network'
  scope: group
  params: { location: location, token: token, tags: allTags }
}

module storage 'modules/storage.bicep' = {
  name: 'storage'
  scope: group
  params: {
    location: location
    token: token
    tags: allTags
    principalId: identity.outputs.principalId
    workspaceId: monitoring.outputs.workspaceId
    endpointSubnetId: vnetEnabled ? network!.outputs.endpointSubnetId : ''
    virtualNetworkId: vnetEnabled ? network!.outputs.virtualNetworkId : ''
  }
}

module vault 'modules/vault.bicep' = {
  name: 'vault'
  scope: group
  params: {
    location: location
    token: token
    tags: allTags
    principalId: identity.outputs.principalId
    workspaceId: monitoring.outputs.workspaceId
    endpointSubnetId: vnetEnabled ? network!.outputs.endpointSubnetId : ''
    virtualNetworkId: vnetEnabled ? network!.outputs.virtualNetworkId : ''
  }
}

module scheduler 'modules/scheduler.bicep' = if (durableBackend == 'scheduler') {
  name: 'scheduler'
  scope: group
  params: {
    location: location
    token: token
    tags: allTags
    principalId: identity.outputs.principalId
    sku: schedulerSku
    capacity: schedulerCapacity
    endpointSubnetId: vnetEnabled ? network!.outputs.endpointSubnetId : ''
    virtualNetworkId: vnetEnabled ? network!.outputs.virtualNetworkId : ''
  }
}

module app 'modules/app.bicep' = {
  name: 'app'
  scope: group
  params: {
    location: location
    token: token
    tags: allTags
    identityId: identity.outputs.id
    identityClientId: identity.outputs.clientId
    identityPrincipalId: identity.outputs.principalId
    storageAccountName: storage.outputs.name
    deploymentContainer: storage.outputs.deploymentContainer
    vaultUri: vault.outputs.uri
    insightsName: monitoring.outputs.insightsName
    subnetId: vnetEnabled ? network!.outputs.appSubnetId : ''
    schedulerConnection: durableBackend == 'scheduler' ? scheduler!.outputs.connection : ''
    taskHub: durableBackend == 'scheduler' ? scheduler!.outputs.taskHub : 'ServerlessDrives'
    signInClientId: signInClientId
    signInTenant: signInTenant
    signInApi: signInApi
    awsPrincipals: awsPrincipals
    maximumInstances: maximumInstances
    instanceMemory: instanceMemory
    alwaysReadyInstances: alwaysReadyInstances
    zoneRedundant: zoneRedundant
    requestsPerInstance: requestsPerInstance
    largestRequest: largestRequest
    workspaceId: monitoring.outputs.workspaceId
  }
}

module budget 'modules/budget.bicep' = if (monthlyBudget > 0 && !empty(alertEmail)) {
  name: 'budget'
  scope: group
  params: { amount: monthlyBudget, start: budgetStart, email: alertEmail }
}

module workbook 'modules/workbook.bicep' = {
  name: 'workbook'
  scope: group
  params: { location: location, tags: allTags, insightsId: monitoring.outputs.insightsId }
}

module alerts 'modules/alerts.bicep' = if (!empty(alertEmail)) {
  name: 'alerts'
  scope: group
  params: {
    location: location
    tags: allTags
    email: alertEmail
    insightsId: monitoring.outputs.insightsId
  }
}

output AZURE_LOCATION string = location
output AZURE_RESOURCE_GROUP string = group.name
output SERVERLESS_DRIVES_URL string = app.outputs.url
output SERVERLESS_DRIVES_APP string = app.outputs.name
@description('Subject that the AWS role must trust: the managed identity\'s object id.')
output AWS_TRUSTED_SUBJECT string = identity.outputs.principalId
